// The labeling page: prepare Label Studio's screen before it loads, and keep only the drawing board of it in view.
(function () {
  "use strict";
  var frame = document.getElementById("studio");
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

  // Its own header leads only to pages that the door refuses; ours stands above.
  frame.addEventListener("load", function () {
    var style = frame.contentDocument.createElement("style");
    style.textContent =
      ".lsf-menu-header, .ls-menu-header { display: none !important; }" +
      ".lsf-content-wrapper, .ls-content-wrapper { --header-height: 0px; grid-template-rows: 0 1fr !important; }";
    frame.contentDocument.head.appendChild(style);
  });

  frame.src = frame.getAttribute("data-src");
})();
