/** Loads a script that is no module and puts itself on the page under `name`. */
export async function script(url, name) {
  if (globalThis[name]) return globalThis[name];
  await new Promise((resolve, reject) => {
    const tag = document.createElement('script');
    tag.src = url;
    tag.onload = resolve;
    tag.onerror = () => reject(new Error(url));
    document.head.append(tag);
  });
  return globalThis[name];
}
