//! The dispatcher as a whole: a real database file, a real sandbox, a clock moved by hand.

mod bench;
mod cards;
mod clock;
mod doubt;
mod flow;
mod limits;
mod paused;
mod privacy;
mod several;
mod threads;
mod trouble;
