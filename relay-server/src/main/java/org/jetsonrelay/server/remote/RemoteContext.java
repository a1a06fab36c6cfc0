// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.remote;

import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.protocol.ClientIds;

/// What every remote camera needs.
///
/// @param hub where it is attached
/// @param pool memory of its frames
/// @param ids names it as a publisher
/// @param clock the wall clock
/// @param nanoTime as [System#nanoTime()]
public record RemoteContext(
    Hub hub, BlockPool pool, ClientIds ids, InstantSource clock, LongSupplier nanoTime) {}
