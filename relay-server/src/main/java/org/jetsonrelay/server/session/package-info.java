// SPDX-License-Identifier: MIT
/// One registered client: its state, its outbox, its pacer, its keep-alive.
@NullMarked
package org.jetsonrelay.server.session;

import org.jspecify.annotations.NullMarked;
