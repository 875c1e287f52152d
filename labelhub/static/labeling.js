// The labeling page: prepare Label Studio's screen before it loads, and keep only the drawing board of it in view.
(function () {
  "use strict";
  var frame = document.getElementById("studio");
  var words = document.getElementById("opening");
  if (!frame) return;

  // A box is selected once it is drawn, so that its attributes are there to be set. A person's own choice stays.
  var key = "labelStudio:settings";
  try {
    var settings = JSON.parse(localStorage.getItem(key) || "{}");
    if (!("selectAfterCreate" in settings)) {
      settings.selectAfterCreate = true;
      localStorage.setItem(key, JSON.stringify(settings));
    }
  } catch (problem) {
    localStorage.removeItem(key);
  }

  // Light or dark as the reader's system says, as on every other page; its own switch is in the header we hide.
  localStorage.setItem("preferred-color-scheme", "Auto");

  // Its own header leads only to pages that the door refuses; ours stands above. In a hand, its bar takes two rows.
  var rules =
    ".lsf-menu-header, .ls-menu-header { display: none !important; }" +
    ".lsf-content-wrapper, .ls-content-wrapper { --header-height: 0px; grid-template-rows: 0 1fr !important; }" +
    "@media (max-width: 48rem) {" +
    " .lsf-wrapper_showingBottomBar { grid-template-rows: 1fr auto !important; }" +
    " .lsf-bottombar { flex-wrap: wrap; height: auto !important; }" +
    " .lsf-bottombar__group { flex-wrap: wrap; } }";

  function dress() {
    var inside = frame.contentDocument;
    if (!inside || !inside.head || inside.getElementById("labelhub-rules")) return;
    var style = inside.createElement("style");
    style.id = "labelhub-rules";
    style.textContent = rules;
    inside.head.appendChild(style);
  }

  // Dressed as soon as it has a head, not when the last picture has come: its header must not flash by.
  function open() {
    if (words) words.hidden = false;
    var watch = setInterval(dress, 50);
    frame.addEventListener("load", function () {
      clearInterval(watch);
      dress();
      if (words) words.hidden = true;
      frame.contentWindow.addEventListener("pagehide", open);
    }, { once: true });
  }

  open();
  frame.src = frame.getAttribute("data-src");
})();
