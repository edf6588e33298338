/** The weak comparison of RFC 9110, section 8.8.3.2, which is the one for `If-None-Match`. */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((each) => each.trim() === "*" || strong(each.trim()) === strong(tag));
}

function strong(tag: string): string {
  return tag.replace(/^W\//, "");
}
