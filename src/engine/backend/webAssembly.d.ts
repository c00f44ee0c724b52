/** As much of WebAssembly as the engine uses. TypeScript declares it only together with a browser's DOM. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  function validate(code: Uint8Array): boolean;
  const Module: new (code: Uint8Array) => object;
  const Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}
