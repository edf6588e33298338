/** Names something by its name, or by a pattern for all names that it matches. */
export type NameRule = string | RegExp;

/** Whether `rule` names `name`. */
export function names(rule: NameRule, name: string): boolean {
  if (typeof rule === "string") return rule === name;
  // A pattern with the flags `g` or `y` remembers where it stopped.
  rule.lastIndex = 0;
  return rule.test(name);
}
