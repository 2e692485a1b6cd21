using Godwit.Postgres.Live;
using Godwit.Security.Masking;
using Npgsql;

namespace Godwit.Cli.Move;

/// <summary>A fault in a sentence, without secrets and without row values: PostgreSQL's detail and context lines hold both.</summary>
internal static class FaultText
{
    public static string Of(Exception fault) => SecretMask.Mask(fault switch
    {
        PostgresException { SqlState: "53100" } => "the target's disk is full; make room, then go on",
        PostgresException { SqlState: "57P01" or "57P02" or "57P03" } => "the target was shut down or is starting; wait for it, then go on",
        PostgresException { SqlState: "23505", ConstraintName: { } key } =>
            $"rows of the source are equal in {key}, which is unique: a transform made them so, or its own index must be damaged (PRAGMA integrity_check of SQLite, amcheck of PostgreSQL). `godwit abort`, mend the source, and move again",
        // Godwit's own fence refuses with the same code, and says itself where to go.
        PostgresException { SqlState: PostgresFence.SqlState } fenced when fenced.MessageText.StartsWith("godwit: ", StringComparison.Ordinal) => fenced.MessageText,
        PostgresException { SqlState: "25006" } readOnly => $"the target takes no writes ({readOnly.MessageText}): it is a standby, or set to read-only; name the primary in its URL, or all servers, of which the primary is taken",
        PostgresException server => $"the target refused: {server.SqlState} {server.MessageText}{(server.TableName is { } table ? $" (table {table})" : "")}",
        NpgsqlException { InnerException: { } inner } client => $"the connection to the target broke: {client.Message} {inner.Message}",
        NpgsqlException client => $"the connection to the target broke: {client.Message}",
        _ => fault.Message,
    });
}
