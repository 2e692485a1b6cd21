using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Runbooks;

/// <summary>Runs of runbooks as the target's rows have them.</summary>
public static class RunbookRows
{
    private const string Kind = "runbook";

    /// <summary>What a lease on a runbook's run is for: no schema is called so, and moves lease schemas.</summary>
    internal static string ScopeOf(string name) => $"{Kind} {name}";

    internal static async Task CreateAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, RunbookPlan plan, IReadOnlySet<string> carried, string folder, string toolVersion, CancellationToken cancellation)
    {
        await using var create = new NpgsqlCommand(
            """
            INSERT INTO godwit.runs (id, kind, target_schema, state, phase, plan, plan_hash, hash_key, origin, tool_version)
            VALUES ($1, $2, $3, 'Running', 'Running', $4, $5, $6, $7, $8)
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = run }, new() { Value = Kind }, new() { Value = plan.Name }, new() { Value = RunbookPlanJson.Write(plan) }, new() { Value = plan.Hash },
                new() { Value = System.Security.Cryptography.RandomNumberGenerator.GetBytes(16) }, new() { Value = folder }, new() { Value = toolVersion },
            },
        };
        await create.ExecuteNonQueryAsync(cancellation);
        var steps = plan.Phases.SelectMany(p => p.Steps.Select(s => (p.Phase, Step: s))).ToList();
        await using var fill = new NpgsqlCommand(
            """
            INSERT INTO godwit.steps (run, id, phase, title, ordinal, state, finished_at, content, carried)
            SELECT $1, s.id, s.phase, s.title, s.ordinal, CASE WHEN s.carried THEN 'Verified' ELSE 'Pending' END, NULL, s.content, s.carried
            FROM unnest($2, $3, $4, $5, $6) WITH ORDINALITY s(id, phase, title, content, carried, ordinal)
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = run },
                new() { Value = steps.Select(s => s.Step.Id).ToArray() },
                new() { Value = steps.Select(s => s.Phase.ToString()).ToArray() },
                new() { Value = steps.Select(s => s.Step.Title ?? s.Step.Id).ToArray() },
                new() { Value = steps.Select(s => StepContent.Of(s.Step, plan.Files)).ToArray() },
                new() { Value = steps.Select(s => carried.Contains(s.Step.Id)).ToArray() },
            },
        };
        await fill.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What steps of a runbook did when a run that came to its end last did them, by id.</summary>
    internal static async Task<IReadOnlyDictionary<string, string>> DoneBeforeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT ON (s.id) s.id, s.content FROM godwit.steps s JOIN godwit.runs r ON r.id = s.run
            WHERE r.kind = $1 AND r.target_schema = $2 AND r.state = 'Finished' AND s.state = 'Verified' AND s.content IS NOT NULL ORDER BY s.id, r.started_at DESC
            """, connection, transaction)
        { Parameters = { new() { Value = Kind }, new() { Value = name } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var done = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation)) done[reader.GetString(0)] = reader.GetString(1);
        return done;
    }

    /// <summary>How many seconds steps of a runbook took the last time they were done here, by content.</summary>
    public static async Task<IReadOnlyDictionary<string, double>> SecondsAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        var seconds = new Dictionary<string, double>(StringComparer.Ordinal);
        if (!await RunSchema.HasRunbooksAsync(connection, cancellation)) return seconds;
        await using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT ON (s.content) s.content, extract(epoch FROM s.finished_at - s.began_at)::double precision
            FROM godwit.steps s JOIN godwit.runs r ON r.id = s.run
            WHERE r.kind = $1 AND r.target_schema = $2 AND s.content IS NOT NULL AND s.state = 'Verified' AND NOT s.carried AND s.finished_at IS NOT NULL
            ORDER BY s.content, s.finished_at DESC
            """, connection)
        { Parameters = { new() { Value = Kind }, new() { Value = name } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) seconds[reader.GetString(0)] = reader.GetDouble(1);
        return seconds;
    }

    /// <summary>The run with this id, or null.</summary>
    public static async Task<RunbookRun?> FindAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation) =>
        (await ReadAsync(connection, run, null, cancellation)).FirstOrDefault();

    /// <summary>Runs of a runbook, or of all, the newest first, without their steps and phases.</summary>
    public static async Task<IReadOnlyList<RunbookRun>> ListAsync(NpgsqlConnection connection, string? name, CancellationToken cancellation) =>
        await RunSchema.HasRunbooksAsync(connection, cancellation) ? await ReadAsync(connection, null, name, cancellation) : [];

    /// <summary>Asks the runner of a run to pause; false when nobody could hear it.</summary>
    public static async Task<bool> AskToPauseAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("UPDATE godwit.runs SET asked = 'Pause' WHERE id = $1 AND state = 'Running'", connection) { Parameters = { new() { Value = run } } };
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    private static async Task<List<RunbookRun>> ReadAsync(NpgsqlConnection connection, Guid? run, string? name, CancellationToken cancellation)
    {
        var runs = new List<RunbookRun>();
        await using (var command = new NpgsqlCommand(
            """
            SELECT r.id, r.state, r.plan, r.plan_hash, r.reason, r.asked, r.rolling_back, r.started_at, r.finished_at, r.tool_version, r.origin, clock_timestamp(),
                l.holder, clock_timestamp() - l.heartbeat, clock_timestamp() - l.heartbeat < l.lasts, r.rolling_back_to, coalesce((to_jsonb(r) ->> 'recheck')::boolean, false)
            FROM godwit.runs r LEFT JOIN godwit.leases l ON l.run = r.id
            WHERE r.kind = 'runbook' AND ($1 IS NULL OR r.id = $1) AND ($2 IS NULL OR r.target_schema = $2) ORDER BY r.started_at DESC
            """, connection)
        {
            Parameters =
            {
                new() { Value = (object?)run ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }, new() { Value = (object?)name ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        })
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) runs.Add(Read(reader));
        }
        if (run is null || runs.Count == 0) return runs;
        return [runs[0] with { Phases = await PhasesAsync(connection, run.Value, cancellation), Steps = await StepsAsync(connection, run.Value, cancellation) }];
    }

    private static RunbookRun Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        State = Enum.Parse<RunbookState>(row.GetString(1)),
        Plan = RunbookPlanJson.Read(row.GetString(2)) with { Hash = row.GetString(3) },
        Reason = row.IsDBNull(4) ? null : row.GetString(4),
        Asked = row.IsDBNull(5) ? RunRequest.None : Enum.Parse<RunRequest>(row.GetString(5)),
        RollingBack = row.GetBoolean(6),
        RollingBackTo = row.IsDBNull(15) ? null : Enum.Parse<Phase>(row.GetString(15)),
        Recheck = row.GetBoolean(16),
        StartedAt = Time(row, 7)!.Value,
        EndedAt = Time(row, 8),
        ToolVersion = row.GetString(9),
        Folder = row.GetString(10),
        Now = Time(row, 11)!.Value,
        Runner = row.IsDBNull(12) ? null : new RunnerSeen(row.GetString(12), row.GetTimeSpan(13), row.GetBoolean(14)),
    };

    private static async Task<List<PhaseRow>> PhasesAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            // As below.
            """
            SELECT phase, began_at, ended_at, catalog, (to_jsonb(p) ->> 'extended_at')::timestamptz, to_jsonb(p) ->> 'ended_catalog', to_jsonb(p) ->> 'undo_catalog'
            FROM godwit.phases p WHERE run = $1 ORDER BY began_at
            """, connection)
        { Parameters = { new() { Value = run } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<PhaseRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new PhaseRow(Enum.Parse<Phase>(reader.GetString(0)), Time(reader, 1)!.Value, Time(reader, 2), reader.GetString(3))
            {
                ExtendedAt = Time(reader, 4), EndCatalog = reader.IsDBNull(5) ? null : reader.GetString(5), UndoCatalog = reader.IsDBNull(6) ? null : reader.GetString(6),
            });
        }
        return rows;
    }

    private static async Task<List<StepRow>> StepsAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            // Columns of a later version than the tables may have, which looking at them does not change.
            """
            SELECT id, phase, state, attempts, done, total, began_at, finished_at, carried,
                to_jsonb(s) ->> 'effect', (to_jsonb(s) ->> 'effect_until')::timestamptz, (to_jsonb(s) ->> 'effect_epoch')::uuid, to_jsonb(s) ->> 'effect_by',
                CASE WHEN state IN ('Applying', 'Undoing', 'Unknown') THEN progress END, coalesce((to_jsonb(s) ->> 'times_undone')::int, 0)
            FROM godwit.steps s WHERE run = $1 ORDER BY ordinal
            """, connection)
        { Parameters = { new() { Value = run } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<StepRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new StepRow(
                reader.GetString(0), Enum.Parse<Phase>(reader.GetString(1)), Enum.Parse<StepState>(reader.GetString(2)), reader.GetInt32(3), reader.GetInt64(4),
                reader.IsDBNull(5) ? null : reader.GetInt64(5), Time(reader, 6), Time(reader, 7), reader.GetBoolean(8))
            {
                Effect = reader.IsDBNull(9) ? null : new StepEffect(reader.GetString(9), reader.GetGuid(11), reader.IsDBNull(12) ? null : reader.GetString(12)),
                EffectUntil = Time(reader, 10),
                Progress = reader.IsDBNull(13) ? null : reader.GetString(13),
                TimesUndone = reader.GetInt32(14),
            });
        }
        return rows;
    }

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : new DateTimeOffset(row.GetDateTime(column), TimeSpan.Zero);
}
