(() => {
  const shown = document.getElementById("log-export");
  if (!shown) return;
  const [bar, text, said] = shown.children;
  // The server that writes the file may be another one, or not have begun: it is asked again some times.
  const patience = 6;
  const follow = async (name, misses) => {
    const href = new URL(shown.dataset.href, location.href);
    href.searchParams.set("name", name);
    const answer = await fetch(href).catch(() => null);
    const far = answer?.ok ? await answer.json() : null;
    if (shown.dataset.name !== name) return;
    if (far === null && misses === patience) {
      shown.hidden = true;
    } else if (far === null || far.running) {
      if (far !== null) text.textContent = far.text;
      if (far?.percent != null) bar.value = far.percent;
      setTimeout(follow, 500, name, far === null ? misses + 1 : 0);
    } else {
      bar.hidden = true;
      text.textContent = far.text;
      said.textContent = far.text;
    }
  };
  for (const link of document.querySelectorAll(".log-file")) {
    link.addEventListener("click", () => {
      const name = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
      const href = new URL(link.href);
      href.searchParams.set("name", name);
      link.href = href;
      shown.dataset.name = name;
      shown.hidden = false;
      bar.hidden = false;
      bar.removeAttribute("value");
      text.textContent = "The export begins.";
      said.textContent = text.textContent;
      setTimeout(follow, 200, name, 0);
    });
  }
})();
