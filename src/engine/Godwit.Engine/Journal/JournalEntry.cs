namespace Godwit.Engine.Journal;

/// <summary>
/// One thing that happened in a run. <see cref="Hash"/> covers everything else, the hash of the entry before it included, so that an entry cannot be
/// changed, moved, added or taken away without every later hash telling.
/// </summary>
/// <param name="Sequence">1, 2, 3, … within the run.</param>
/// <param name="At">The database's clock, in UTC, to the microsecond.</param>
/// <param name="Kind">What happened: <c>run-began</c>, <c>step-applied</c>, … (docs/journal.md).</param>
/// <param name="Body">A JSON object in canonical form (RFC 8785). No row's value, no secret.</param>
/// <param name="Previous">The hash of entry <c>Sequence - 1</c>; for the first, of the run's id.</param>
/// <param name="Hash">SHA-256, in lower-case hexadecimal.</param>
public sealed record JournalEntry(long Sequence, DateTimeOffset At, string Kind, string Body, string Previous, string Hash);

/// <summary>A signed statement that the journal of a run stood at an entry.</summary>
/// <param name="Signature">ES256 over the canonical form of the other fields and <c>"type":"journal-head"</c>, base64url.</param>
public sealed record JournalHead(Guid Run, long Sequence, string Hash, DateTimeOffset At, string Kid, string Signature);
