/** The path of the filter's module, for `vm_config.code.local.filename`. */
export declare const wasm: string;
/** The version of the filter, such as "0.1.0". */
export declare const version: string;
