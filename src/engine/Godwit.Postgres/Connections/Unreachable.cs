using System.Net.Sockets;
using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>Says why a server was not reached, and what to do. Names and addresses are the URL's; nothing secret is in reach here.</summary>
internal static class Unreachable
{
    public static Finding Explain(Exception fault, PostgresUrl url, PostgresHost host, bool hadPassword) => fault switch
    {
        // PgBouncer refuses startup parameters that it does not track, and, where it pools by statement, transactions.
        PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation } p
            when p.MessageText.Contains("startup parameter", StringComparison.Ordinal) || p.MessageText.Contains("pooling mode", StringComparison.Ordinal) =>
            PoolerProbe.Found(),
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } p => At(
            $"{host} refuses the user {url.User}: {p.MessageText}", hadPassword ? "Check the password and the user's name" : Passwords.WaysToGive),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => At(
            $"{host} has no database {url.Database}", "Make it (CREATE DATABASE), or name another in the URL"),
        PostgresException p => At($"{host} refuses the connection: {p.MessageText} ({p.SqlState})", remedy: null),
        _ when Cause<SocketException>(fault) is { } s => At(
            $"{host} does not answer: {s.Message}", "Check host and port, and that the server listens there"),
        _ when Cause<System.Security.Authentication.AuthenticationException>(fault) is { } t => At(
            $"The TLS certificate of {host} is not accepted: {t.Message}", "Check sslmode and sslrootcert"),
        _ when Cause<TimeoutException>(fault) is not null => At($"{host} did not answer in time", "Check host and port, or raise connect_timeout"),
        NpgsqlException n when !hadPassword && n.Message.Contains("No password", StringComparison.OrdinalIgnoreCase) => At(
            $"{host} asks for a password, and none was given", Passwords.WaysToGive),
        _ => At($"{host} cannot be reached: {fault.Message}", remedy: null),
    };

    private static Finding At(string message, string? remedy) => Finding.Error(FindingCodes.TargetUnreachable, message, remedy: remedy);

    private static T? Cause<T>(Exception fault)
        where T : Exception
    {
        for (var e = fault; e is not null; e = e.InnerException)
        {
            if (e is T found)
                return found;
        }

        return null;
    }
}
