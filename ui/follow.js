// Keeps the end of the conversation in view while an answer grows, until somebody scrolls.
(() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const body = document.querySelector('[data-testid="stMainBlockContainer"]');
  if (!main || !body) return;
  window.anygenFollow?.disconnect();
  const toTheEnd = () => { main.scrollTop = main.scrollHeight; };
  const follow = window.anygenFollow = new ResizeObserver(toTheEnd);
  follow.observe(body);
  toTheEnd();
  const leave = () => follow.disconnect();
  for (const each of ["wheel", "touchmove", "pointerdown"]) {
    body.addEventListener(each, leave, { once: true, passive: true });
  }
  document.addEventListener("keydown", (event) => {
    if (["ArrowUp", "PageUp", "Home"].includes(event.key)) leave();
  }, { passive: true });
})();
