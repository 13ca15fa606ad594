//! Groups: who is in one is decided by the server's side alone (decision D14).

use easyrtc_proto::{EasyrtcId, GroupName};

use super::{AdminError, client};
use crate::state::{Ctx, State};

pub(super) fn set(
    state: &mut State,
    easyrtcid: EasyrtcId,
    group: GroupName,
    member: bool,
    ctx: &Ctx<'_>,
) -> Result<(), AdminError> {
    let conn = client::find(state, easyrtcid)?;
    let limit = ctx.config.limits.groups_per_connection;
    let client = state.client_mut(conn).ok_or(AdminError::NoClient)?;
    client.granted.change(|granted| {
        let groups = &mut granted.groups;
        let is_new = member && !groups.contains(&group);
        if is_new && limit != 0 && groups.len() >= limit {
            return Err(AdminError::TooMany);
        }
        match member {
            true => groups.insert(group.clone()),
            false => groups.remove(&group),
        };
        Ok(())
    })?;
    let app = client.app.clone();
    let app = state.apps.get_mut(&app).ok_or(AdminError::NoApplication)?;
    if member {
        app.groups.entry(group).or_default().insert(conn);
    } else {
        app.leave_group(conn, &group);
    }
    Ok(())
}
