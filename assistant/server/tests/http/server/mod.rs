//! What only a database server does: it is reached over a network, is shared, and has settings of its own.

mod outage;
mod shared;
mod start;
mod way;
