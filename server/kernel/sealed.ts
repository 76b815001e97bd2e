declare const sealed: unique symbol;

/**
 * Bytes of a sealed value (see pii). A brand of its own, so no reply schema accepts it and nothing prints it by mistake;
 * columns named `*_sealed` have this type in tables.gen.ts.
 */
export type Sealed = Buffer & { readonly [sealed]: true };
