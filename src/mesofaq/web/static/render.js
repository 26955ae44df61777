/** DOM from text. Whatever the service or a patient wrote becomes a text node, never HTML. */

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | ((event: Event) => void)>} [attributes]  functions become listeners, empty ones are left out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== "") element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * The `tel:` address of a phone number, or null where the text is more than one plain number.
 *
 * @param {string} number
 */
export function telephone(number) {
  if (!/^\+?[\d\s().-]+$/.test(number)) return null;
  return `tel:${number.replace(/[^\d+]/g, "")}`;
}

/**
 * A link that calls the number, or the number as text.
 *
 * @param {string} number
 * @param {string} [label]
 * @param {string} [className]
 */
export function callLink(number, label = number, className = "") {
  const href = telephone(number);
  return href ? el("a", { href, class: className }, label) : el("span", { class: className }, label);
}

const WEB_ADDRESS = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)]/g;

/**
 * One line of text, in which web addresses and the clinic's own phone number can be pressed.
 *
 * @param {string} line
 * @param {string} phone
 * @returns {(Node | string)[]}
 */
function linked(line, phone) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let from = 0;
  for (const match of line.matchAll(WEB_ADDRESS)) {
    parts.push(line.slice(from, match.index));
    parts.push(el("a", { href: match[0], target: "_blank", rel: "noopener noreferrer" }, match[0]));
    from = match.index + match[0].length;
  }
  parts.push(line.slice(from));
  return parts.flatMap((part) => {
    if (typeof part !== "string" || !phone || !part.includes(phone)) return [part];
    return part.split(phone).flatMap((piece, index) => (index ? [callLink(phone), piece] : [piece]));
  });
}

const ITEM = /^[-•] /;

/**
 * Paragraphs, and lists where lines begin with "- " or "• ": all that cards and phrases use.
 *
 * @param {string} text
 * @param {string} phone
 * @returns {HTMLElement[]}
 */
export function paragraphs(text, phone) {
  /** @type {HTMLElement[]} */
  const blocks = [];
  for (const block of text.replaceAll("\r\n", "\n").split(/\n{2,}/)) {
    /** @type {HTMLElement | null} */
    let open = null;
    for (const line of block.split("\n")) {
      if (!line.trim()) continue;
      const isItem = ITEM.test(line);
      if (!open || (open.tagName === "UL") !== isItem) {
        open = el(isItem ? "ul" : "p");
        blocks.push(open);
      } else if (!isItem) open.append(el("br"));
      if (isItem) open.append(el("li", {}, ...linked(line.slice(2), phone)));
      else open.append(...linked(line, phone));
    }
  }
  return blocks;
}
