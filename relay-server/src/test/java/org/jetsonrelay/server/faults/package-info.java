// SPDX-License-Identifier: MIT
/// Faults done to real processes, and the soak: `scripts/faults.sh`, `scripts/soak.sh`.
@NullMarked
package org.jetsonrelay.server.faults;

import org.jspecify.annotations.NullMarked;
