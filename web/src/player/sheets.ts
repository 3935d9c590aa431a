/**
 * Styles of media-chrome under the page's content policy.
 *
 * Its elements write `<style>` into their shadow roots, which a policy without `unsafe-inline`
 * forbids. Before any of them is made, each class learns to hand its styles over as constructed
 * style sheets, which the policy allows. Media-chrome changes rules of its styles later on, by the
 * `sheet` of the `<style>`: so the element stays, empty and of a type that is no style, with the
 * constructed sheet in that place.
 */

export interface ElementClass {
  prototype: HTMLElement;
}

function fill(root: ShadowRoot, html: string): void {
  const template = document.createElement("template");
  // Of media-chrome's own making: no word of a person is in it.
  template.innerHTML = html;
  for (const style of template.content.querySelectorAll("style")) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style.textContent ?? "");
    const stand = document.createElementNS(null, "style");
    Object.defineProperty(stand, "sheet", { value: sheet });
    style.replaceWith(stand);
    root.adoptedStyleSheets.push(sheet);
  }
  root.replaceChildren(template.content);
}

const moved = new WeakSet<HTMLElement>();

/** Let elements of these classes bring their styles in as constructed sheets. */
export function moveStyles(classes: ElementClass[]): void {
  for (const { prototype } of classes) {
    if (moved.has(prototype)) continue;
    moved.add(prototype);
    const attach = prototype.attachShadow;
    prototype.attachShadow = function (options: ShadowRootInit): ShadowRoot {
      const root = attach.call(this, options);
      // The two ways in which media-chrome fills a root, once, when it is made.
      Object.defineProperty(root, "innerHTML", { set: (html: string) => fill(root, html) });
      Object.defineProperty(root, "setHTMLUnsafe", { value: (html: string) => fill(root, html) });
      return root;
    };
  }
}
