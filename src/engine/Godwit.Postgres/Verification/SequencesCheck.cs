using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Model.Values;
using Godwit.Model.Verification;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>
/// Every identity column's sequence goes on exactly where the source would have: one above the larger of what the source had given out and what the
/// column holds. The position is read from the sequence itself (last_value, is_called), which no transaction isolates.
/// </summary>
public sealed class SequencesCheck : ITargetCheck
{
    private sealed record Position(long LastValue, bool IsCalled, long Increment, long Maximum)
    {
        /// <summary>What nextval gives next; beyond 64 bits when the sequence is used up.</summary>
        public Int128 Next => IsCalled ? (Int128)LastValue + Increment : LastValue;
    }

    public string Name => "sequences";

    public async Task<CheckResult> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken)
    {
        var record = new CheckRecord(Name);
        record.Count("sequences", 0);
        foreach (var table in plan.Tables)
        {
            if (table.Columns.FirstOrDefault(c => c.Identity) is not { } column) continue;
            await Probe.RunAsync(connection, plan.Schema, Probe.WithoutIndexes, record, $"the sequence of {table.TargetName}", new Place.InTable(table.TargetName),
                () => CheckAsync(connection, plan.Schema, table, column, record, cancellationToken), cancellationToken);
        }
        foreach (var sequence in plan.Postgres?.Sequences ?? [])
        {
            await Probe.RunAsync(connection, plan.Schema, settings: null, record, $"the sequence {sequence.Name}", new Place.InObject("sequence", sequence.Name),
                () => ComparePositionAsync(connection, plan.Schema, sequence, record, cancellationToken), cancellationToken);
        }
        return record.Result;
    }

    /// <summary>A sequence of a PostgreSQL source stands where it stood there.</summary>
    private static async Task ComparePositionAsync(NpgsqlConnection connection, string schema, SequencePlan sequence, CheckRecord record, CancellationToken cancellationToken)
    {
        record.Count("sequences");
        var (last, isCalled) = (await TargetQuery.ReadAsync(connection, $"SELECT last_value, is_called FROM {TargetName.Qualify(schema, sequence.Name)}", r => (r.GetInt64(0), r.GetBoolean(1)), cancellationToken))[0];
        // Where it goes on meanwhile: whether it is past what was given out is looked at in the pause, when it no longer does.
        if (!sequence.GoesOn && (last, isCalled) != (sequence.Last, sequence.IsCalled))
            record.Add(Finding.Error(FindingCodes.SequenceWrong, $"the sequence {sequence.Name} stands at {last}{(isCalled ? "" : ", which it gives next")}, and at the source at {sequence.Last}{(sequence.IsCalled ? "" : ", which it gives next")}", new Place.InObject("sequence", sequence.Name)));
    }

    private static async Task CheckAsync(
        NpgsqlConnection connection, string schema, TablePlan table, ColumnPlan column, CheckRecord record, CancellationToken cancellationToken)
    {
        record.Count("sequences");
        var place = new Place.InTable(table.TargetName, Column: column.TargetName);
        var qualified = TargetName.Qualify(schema, table.TargetName);
        var sequence = (await TargetQuery.ReadAsync(connection, "SELECT pg_get_serial_sequence($1, $2)", r => r.IsDBNull(0) ? null : r.GetString(0),
            cancellationToken, qualified, column.TargetName))[0];
        if (sequence is null)
        {
            record.Add(Finding.Error(FindingCodes.SequenceWrong, $"column {column.TargetName} of {table.TargetName} has no sequence", place));
            return;
        }

        var position = (await TargetQuery.ReadAsync(connection,
            $"SELECT s.last_value, s.is_called, q.seqincrement, q.seqmax FROM {sequence} s, pg_sequence q WHERE q.seqrelid = $1::regclass",
            r => new Position(r.GetInt64(0), r.GetBoolean(1), r.GetInt64(2), r.GetInt64(3)), cancellationToken, sequence))[0];
        var maximum = (await TargetQuery.ReadAsync(connection, $"SELECT max({TargetName.Quote(column.TargetName)})::bigint FROM {qualified}",
            r => r.IsDBNull(0) ? (long?)null : r.GetInt64(0), cancellationToken))[0];
        if (Difference(table.SequenceLast, maximum, position, column.Type) is { } difference)
            record.Add(Finding.Error(FindingCodes.SequenceWrong, $"the sequence of column {column.TargetName} of {table.TargetName} {difference}", place));
    }

    private static string? Difference(long? sequenceLast, long? maximum, Position position, TargetType type)
    {
        if (position.Increment != 1) return $"steps by {position.Increment}, not by 1";
        var most = type.Name switch { TypeName.Smallint => short.MaxValue, TypeName.Integer => int.MaxValue, _ => long.MaxValue };
        if (position.Maximum != most) return $"ends at {position.Maximum}, not at its type's {most}";

        var last = Math.Max(sequenceLast ?? long.MinValue, maximum ?? long.MinValue);
        // A sequence begins at 1: a column of negative numbers only, or none, asks no more of it.
        var expected = last < 0 ? 1 : (Int128)Math.Min(last, most) + 1;
        if (position.Next < expected) return $"is behind by {expected - position.Next}: it gives {position.Next} next where {expected} is due";
        if (position.Next > expected && sequenceLast is not null) return $"is ahead by {position.Next - expected}: it gives {position.Next} next where {expected} is due";
        return null;
    }
}
