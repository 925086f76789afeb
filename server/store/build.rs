//! Tells Cargo that new migrations, too, are a reason to build this crate again.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
