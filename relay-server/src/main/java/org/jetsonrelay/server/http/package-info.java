// SPDX-License-Identifier: MIT
/// Plain HTTP: health, statistics, metrics and the dashboard.
@NullMarked
package org.jetsonrelay.server.http;

import org.jspecify.annotations.NullMarked;
