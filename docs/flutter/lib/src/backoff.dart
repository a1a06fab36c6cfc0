// SPDX-License-Identifier: MIT
import 'dart:math';

const Duration _first = Duration(milliseconds: 250);
const Duration _limit = Duration(seconds: 5);

/// How long to wait before the [attempt]th try after a loss, 0 for the first: anything between half
/// of the first step and a limit that doubles, so that many apps do not come back in one moment.
Duration backoffDelay(int attempt, double random) {
  final int doubled = _first.inMilliseconds << min(attempt, 10);
  final int most = min(_limit.inMilliseconds, doubled);
  final int least = _first.inMilliseconds ~/ 2;
  return Duration(milliseconds: least + (random * (most - least)).round());
}
