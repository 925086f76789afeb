//! No core dumps: the memory of this process holds Slack tokens, and a core file would take them to where nobody looks
//! after them.

use std::io;

/// Keeps the system from writing the memory of this process down when it dies, and other processes of the same user from
/// reading it.
///
/// # Errors
/// When the system refuses.
#[cfg(unix)]
pub fn switch_off() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    // A core that goes to another program, as systemd's, asks for no limit.
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// There are none to switch off.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn switch_off() -> io::Result<()> {
    Ok(())
}
