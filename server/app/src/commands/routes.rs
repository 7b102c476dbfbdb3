//! `kalinklo routes`.

use super::say;
use crate::Stop;
use std::process::ExitCode;

pub(super) fn run(json: bool) -> Result<ExitCode, Stop> {
    let routes = web::pages::routes();
    let listed = web::routes::routes_json(&routes);
    if json {
        say(serde_json::to_string_pretty(&listed).map_err(Stop::because)?);
    } else {
        for route in routes {
            say(format!(
                "{:<6} {:<60} {:<22} {}",
                route.method,
                route.path,
                route.action,
                route.most.as_str()
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}
