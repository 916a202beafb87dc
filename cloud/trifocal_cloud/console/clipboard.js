// Copying to the clipboard, also where the page is served without TLS and browsers offer no clipboard.

/** Copies a field's value, or selects it for the person to copy; answers whether it was copied. */
export async function copyField(field) {
  field.focus();
  field.select();
  field.scrollLeft = 0;
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

/** Copies what an element says; answers whether it was copied. */
export async function copyText(element) {
  getSelection().selectAllChildren(element);
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
