//! Letters, as the folder transport writes them: one `.eml` a letter, its text not encoded.

use super::program::eventually;
use super::world::World;
use std::path::Path;

/// The link in the newest letter to an address that has one whose path begins so; waits for it, since a worker takes
/// letters from the outbox.
#[track_caller]
pub fn linked(world: &World, address: &str, path: &str) -> String {
    eventually(&format!("a link to {path} for {address}"), || {
        all_to(world, address).iter().rev().find_map(|it| found(it, path))
    })
}

/// All letters to an address, oldest first.
pub fn all_to(world: &World, address: &str) -> Vec<String> {
    let mut files: Vec<_> = std::fs::read_dir(Path::new(&world.mail_dir))
        .into_iter()
        .flatten()
        .filter_map(|it| Some(it.ok()?.path()))
        .filter(|it| it.extension().is_some_and(|it| it == "eml"))
        .collect();
    // letters are named by their ids, whose order is that of time
    files.sort();
    let is_to = |text: &String| {
        let head = text.split("\r\n\r\n").next().unwrap_or(text);
        head.lines().any(|it| it.starts_with("To:") && it.contains(address))
    };
    files.iter().filter_map(|it| std::fs::read_to_string(it).ok()).filter(is_to).collect()
}

/// The path and query of the link in a letter whose path begins so.
#[track_caller]
pub fn link(letter: &str, path: &str) -> String {
    found(letter, path).unwrap_or_else(|| panic!("no link to {path} in {letter}"))
}

fn found(letter: &str, path: &str) -> Option<String> {
    letter.split_whitespace().find_map(|word| {
        let at = word.find(path)?;
        word.starts_with("http").then(|| word[at..].to_owned())
    })
}
