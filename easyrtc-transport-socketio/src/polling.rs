//! A session's face on HTTP long-polling: one poll and one POST at a time, each answered through
//! a channel to the task that serves the request.

use std::borrow::Cow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use easyrtc_transport_common::{CloseCode, Utf8Bytes};
use tokio::sync::oneshot;

use crate::engine::packet::WirePacket;
use crate::engine::payload::{Body, Part};
use crate::engine::revision::{Framing, Posted};
use crate::face::{FaceEvent, Lost};
use crate::queue::SendQueue;

/// A POST whose body is on the way.
#[derive(Debug)]
pub(crate) struct Post {
    /// The body, once it is there.
    pub(crate) body: oneshot::Receiver<Result<PostBody, Lost>>,
    /// Told when the packets were handed on. Dropped: they were not.
    pub(crate) done: oneshot::Sender<()>,
}

/// The body of a POST.
#[derive(Debug)]
pub(crate) enum PostBody {
    /// Sent as text.
    Text(Utf8Bytes),
    /// Sent as `application/octet-stream`.
    Binary(Bytes),
}

/// A POST's packets on their way to the session.
#[derive(Debug)]
struct Payload {
    body: PostBody,
    offset: usize,
    done: oneshot::Sender<()>,
}

/// A session's polls and POSTs.
#[derive(Debug)]
pub(crate) struct PollingFace {
    framing: Framing,
    max_payload: usize,
    poll: Option<oneshot::Sender<Body>>,
    post: Option<Post>,
    payload: Option<Payload>,
}

impl PollingFace {
    /// No poll, no POST. Responses have up to `max_payload` bytes, unless one packet is longer.
    pub(crate) const fn new(framing: Framing, max_payload: usize) -> Self {
        Self { framing, max_payload, poll: None, post: None, payload: None }
    }

    /// How packets are written.
    pub(crate) const fn framing(&self) -> Framing {
        self.framing
    }

    /// A poll came. If one waits already, the new one is refused.
    pub(crate) fn poll_opened(&mut self, poll: oneshot::Sender<Body>) {
        self.poll.get_or_insert(poll);
    }

    /// A POST came. If one is on the way already, the new one is refused.
    pub(crate) fn post_opened(&mut self, post: Post) {
        if self.payload.is_none() {
            self.post.get_or_insert(post);
        }
    }

    /// Whether what is sent now leaves at once.
    pub(crate) const fn can_send(&self) -> bool {
        self.poll.is_some()
    }

    /// Answers the waiting poll with as much of `queue` as fits. Returns whether it did.
    pub(crate) fn flush(&mut self, queue: &mut SendQueue) -> bool {
        if self.poll.is_none() {
            return false;
        }
        let Some(body) = self.framing.encode_payload(queue, self.max_payload) else {
            return false;
        };
        self.answer(body);
        true
    }

    /// Answers the waiting poll, if there is one, with a packet that says nothing.
    pub(crate) fn release(&mut self) {
        self.answer_with(WirePacket::NOOP);
    }

    /// Answers the waiting poll, if there is one, with a close packet.
    pub(crate) fn close(&mut self) {
        self.answer_with(WirePacket::CLOSE);
    }

    /// Tells the POST whose packets are being handed on, if there is one, that they were: the
    /// session ends because of one of them.
    pub(crate) fn finish_post(&mut self) {
        if let Some(payload) = self.payload.take() {
            // Nobody there: the client did not wait for the answer.
            let _ = payload.done.send(());
        }
    }

    fn answer_with(&mut self, packet: WirePacket) {
        if let Some(body) = self.framing.encode_packet(packet) {
            self.answer(body);
        }
    }

    fn answer(&mut self, body: Body) {
        if let Some(poll) = self.poll.take() {
            // Nobody there: the client gave the poll up, and with it the session.
            let _ = poll.send(body);
        }
    }

    /// Waits for something to happen: if `reading`, the next packet of a POST; the end of a POST; a
    /// poll given up.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>, reading: bool) -> Poll<FaceEvent> {
        loop {
            if reading && let Some(event) = self.next_packet() {
                return Poll::Ready(event);
            }
            if let Some(poll) = &mut self.poll
                && poll.poll_closed(cx).is_ready()
            {
                return Poll::Ready(FaceEvent::Lost(Lost::Failed));
            }
            let Some(post) = &mut self.post else { return Poll::Pending };
            let body = ready!(Pin::new(&mut post.body).poll(cx));
            match (body.unwrap_or(Err(Lost::Failed)), self.post.take()) {
                (Ok(body), Some(Post { done, .. })) => {
                    self.payload = Some(Payload { body, offset: 0, done });
                    // Its packets are taken when the client is read again.
                    if !reading {
                        return Poll::Pending;
                    }
                }
                (Err(lost), _) => return Poll::Ready(FaceEvent::Lost(lost)),
                (Ok(_), None) => {}
            }
        }
    }

    /// The next packet of the POST that is there, or its end.
    fn next_packet(&mut self) -> Option<FaceEvent> {
        let Payload { body, offset, .. } = self.payload.as_mut()?;
        let (posted, all) = match body {
            PostBody::Text(text) => (Posted::Text(text), Bytes::from(text.clone())),
            PostBody::Binary(bytes) => (Posted::Binary(bytes), bytes.clone()),
        };
        Some(match self.framing.next_part(posted, offset) {
            Some(Ok(Part::Text(Cow::Borrowed(text)))) => {
                match Utf8Bytes::try_from(all.slice_ref(text.as_bytes())) {
                    Ok(text) => FaceEvent::Text(text),
                    Err(_) => FaceEvent::Lost(Lost::Malformed(CloseCode::Invalid)),
                }
            }
            Some(Ok(Part::Text(Cow::Owned(text)))) => FaceEvent::Text(text.into()),
            Some(Ok(Part::Binary(bytes))) => FaceEvent::Binary(bytes),
            Some(Err(_)) => FaceEvent::Lost(Lost::Malformed(CloseCode::Protocol)),
            None => {
                self.finish_post();
                FaceEvent::PostDone
            }
        })
    }
}
