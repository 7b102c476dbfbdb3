//! Tells cargo that the embedded pages belong to this crate: a changed page is embedded anew.

fn main() {
    for part in ["config.toml", "content", "data", "static", "templates"] {
        println!("cargo::rerun-if-changed=../{part}");
    }
}
