/**
 * A schema of any library that follows Standard Schema 1 (https://standardschema.dev): zod, valibot, arktype and others.
 * The interface is copied, as its specification suggests, so that nobody needs a package for it.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema says of a value. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** What is wrong, and where. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What comes out of a schema. */
export type Output<Schema> = Schema extends StandardSchema<unknown, infer Value> ? Value : never;
