/** `element('button', { type: 'button', onclick }, 'Text')`: properties as the DOM names them, `class` and `data-…` as attributes. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== 'list') made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

/** Sets a text only if it differs, so that selections stay and screen readers are quiet. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
