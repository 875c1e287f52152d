// Small manners that need a script. Every page works without this file.
(function () {
  "use strict";

  // A form that destroys or spends something asks first: <form data-ask="…">.
  document.addEventListener("submit", function (event) {
    var question = event.target.getAttribute && event.target.getAttribute("data-ask");
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // A long upload says that it is under way, and is not sent twice.
  document.addEventListener("submit", function (event) {
    var words = event.target.getAttribute && event.target.getAttribute("data-busy");
    if (!words || event.defaultPrevented) return;
    event.target.querySelectorAll("button[type=submit]").forEach(function (button) {
      button.setAttribute("aria-busy", "true");
      button.textContent = words;
      button.disabled = true;
    });
  });

  // Where the cursor waits, typing replaces what stands there: a wrong code is never prolonged into another.
  document.querySelectorAll("input[autofocus]").forEach(function (field) { field.select(); });

  // A filter applies as soon as it is chosen.
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-apply]")) event.target.form.requestSubmit();
  });

  // Copy a long value: <button data-copy="#id">.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) return;
    var from = document.querySelector(button.getAttribute("data-copy"));
    navigator.clipboard.writeText(from.textContent.trim()).then(function () {
      button.textContent = "Copied";
    });
  });

  // A form in a pop-up closes it when it was answered: <form data-close="#id">.
  document.addEventListener("htmx:afterRequest", function (event) {
    var target = event.target.getAttribute && event.target.getAttribute("data-close");
    if (!target || !event.detail.successful) return;
    document.querySelector(target).open = false;
    event.target.reset();
  });

  // Footage the door refuses: say so in words instead of a broken picture.
  function explain(media) {
    var words = document.getElementById("refused-here");
    if (!words || !media.matches("[data-media]")) return;
    media.hidden = true;
    words.hidden = false;
  }
  document.addEventListener("error", function (event) { if (event.target.matches) explain(event.target); }, true);
  document.querySelectorAll("img[data-media]").forEach(function (image) {
    if (image.complete && image.naturalWidth === 0) explain(image);
  });
  document.querySelectorAll("video[data-media]").forEach(function (video) { if (video.error) explain(video); });

  // The labeling page: after a skip, Label Studio is asked for the next task.
  document.addEventListener("labelhub:next", function () {
    var frame = document.getElementById("studio");
    if (frame) frame.contentWindow.location.reload();
  });
})();
