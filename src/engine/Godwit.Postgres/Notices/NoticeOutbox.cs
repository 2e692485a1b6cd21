using Godwit.Engine.Journal;
using Godwit.Engine.Notices;
using Godwit.Model.Runbooks;
using Npgsql;

namespace Godwit.Postgres.Notices;

/// <summary>Puts the notices that journal entries call for beside them, in one transaction: what is on record is told, and nothing is told that is not on record.</summary>
internal sealed class NoticeOutbox(RunbookPlan plan, Guid run)
{
    private readonly NoticeWatch _watch = new(plan, run);

    public async Task AddAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<JournalEntry> entries, CancellationToken cancellation)
    {
        if (!_watch.IsNeeded || _watch.Of(entries) is not { Count: > 0 } drafts) return;
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO godwit.notices (run, notice, part, event, key, required, content, give_up_at)
            SELECT $1, n.notice, n.part, n.event, n.key, n.required, n.content, clock_timestamp() + n.give_up
            FROM unnest($2::text[], $3::integer[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::interval[]) AS n (notice, part, event, key, required, content, give_up)
            ON CONFLICT (run, notice, part, event, key) DO NOTHING
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = run }, new() { Value = drafts.Select(d => d.Notice).ToArray() }, new() { Value = drafts.Select(d => d.Part).ToArray() },
                new() { Value = drafts.Select(d => NoticeEvents.Word(d.Event)).ToArray() }, new() { Value = drafts.Select(d => d.Key).ToArray() },
                new() { Value = drafts.Select(d => d.Required).ToArray() }, new() { Value = drafts.Select(d => d.Content.ToJson()).ToArray() },
                new() { Value = drafts.Select(d => d.GiveUp).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
