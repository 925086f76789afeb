(() => {
  const button = document.getElementById("log-follow");
  const rows = document.getElementById("log-rows");
  const said = document.getElementById("log-said");
  if (!button || !rows || !window.EventSource) return;
  let source = null;
  let last = button.dataset.newest;
  let count = 0;
  const pause = (why) => {
    source?.close();
    source = null;
    button.textContent = "Follow live";
    button.setAttribute("aria-pressed", "false");
    said.textContent = why;
  };
  const follow = () => {
    const href = new URL(button.dataset.href, location.href);
    href.searchParams.set("resume", last);
    source = new EventSource(href);
    source.addEventListener("row", (event) => {
      last = event.lastEventId;
      count += 1;
      rows.insertAdjacentHTML("afterbegin", event.data);
      document.getElementById("log-empty")?.remove();
      while (rows.rows.length > 500) rows.deleteRow(-1);
      said.textContent = `${count} new`;
    });
    source.addEventListener("end", () => pause("Paused: reload the page to go on."));
    button.textContent = "Pause";
    button.setAttribute("aria-pressed", "true");
    said.textContent = "Following";
  };
  button.hidden = false;
  button.addEventListener("click", () => (source ? pause("Paused") : follow()));
  addEventListener("pagehide", () => source?.close());
})();
