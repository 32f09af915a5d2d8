//! What streams: claims first, each byte true under them, and an end that is one.

mod book;
mod cancel;
mod client;
mod cuts;
mod later;
mod mixtures;
mod model;
mod order;
mod required;
mod responses;
mod script;
mod whole;
mod words;
