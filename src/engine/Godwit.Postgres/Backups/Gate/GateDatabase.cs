using Godwit.Engine.Backups;
using Godwit.Engine.Runs;

namespace Godwit.Postgres.Backups.Gate;

/// <summary>Which database a run is in, and what time it is there.</summary>
internal sealed record GateDatabase(string System, string Database, Guid? Incarnation, DateTimeOffset? Since, DateTimeOffset Now)
{
    private static readonly SessionTerms s_terms = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2));

    private const string Question = """
        SELECT (SELECT system_identifier::text FROM pg_control_system()), (SELECT oid::text FROM pg_database WHERE datname = current_database()), i.id::text,
            extract(epoch FROM i.since)::float8, extract(epoch FROM clock_timestamp())::float8
        FROM godwit.incarnation i
        """;

    public static Task<GateDatabase> ReadAsync(IRunTarget target, CancellationToken cancellation) => target.InTransactionAsync(
        s_terms,
        async (transaction, token) =>
        {
            var row = (await transaction.QueryAsync(Question, 1, token))[0];
            return new GateDatabase((string)row[0]!, (string)row[1]!, Guid.Parse((string)row[2]!), Time((double)row[3]!), Time((double)row[4]!));
        },
        cancellation);

    /// <summary>A backup that was taken before Godwit had tables there knows no incarnation: it is of this life if this is the first that began after it.</summary>
    public bool IsOf(BackupOrigin origin, DateTimeOffset snapshot) =>
        origin.System == System && origin.Database == Database && (origin.Incarnation is { } life ? life == Incarnation : Since is null || Since >= snapshot);

    private static DateTimeOffset Time(double seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
}
