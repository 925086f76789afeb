//! A program that dies leaves nothing of its memory behind.

use crate::support::Folder;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_aborted_writes_no_core() {
    let folder = Folder::new(&[]);
    let program = folder.serve().await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", program.id())).unwrap();
    let cores = limits.lines().find(|line| line.starts_with("Max core file size"));
    let allowed: Vec<&str> = cores.unwrap().split_whitespace().skip(4).take(2).collect();
    assert_eq!(allowed, ["0", "0"], "{limits}");
    assert!(!program.abort().await, "a core was written");
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("core"))
        .collect();
    assert_eq!(left, [""; 0]);
}
