// The page's half of the product cards: the extension tells it what was put into the basket.
(() => {
  /** @type {any} */
  const host = window;
  host.chatwheel ??= (/** @type {unknown[]} */ ...call) => void (host.chatwheel.q ??= []).push(call);
  /** @type {string[]} */
  const basket = [];
  host.chatwheel("on", "extension:basket", (/** @type {{ add: string }} */ { add }) => {
    basket.push(add);
    const place = document.querySelector(".basket");
    if (place) place.textContent = `In your basket: ${basket.join(", ")}.`;
  });
})();
