//! Builds the folder named first into the folder named second and says how long it took: a yardstick, and the
//! way to look at the pages without the server.

use std::path::Path;
use std::time::Instant;

use site_builder::{Site, Source};

#[allow(clippy::print_stdout, clippy::disallowed_methods)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else {
        return Err("name two folders: the site and where to write it".into());
    };
    let start = Instant::now();
    let site = Site::build(Source::folder(Path::new(from)))?;
    let built = start.elapsed();
    site.write(Path::new(to))?;
    println!("{} files in {:.1} ms", site.paths().count() + 1, built.as_secs_f64() * 1000.0);
    Ok(())
}
