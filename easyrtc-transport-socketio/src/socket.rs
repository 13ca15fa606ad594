//! Socket.IO: events and acknowledgements, over the messages of an Engine.IO session.
//!
//! Sans-IO, like [`crate::engine`]. We serve one namespace, `/`.

pub(crate) mod acks;
pub(crate) mod arguments;
pub(crate) mod attachments;
pub(crate) mod encode;
pub(crate) mod packet;
pub(crate) mod receiver;
pub(crate) mod route;
