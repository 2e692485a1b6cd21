using System.Security.Cryptography;
using Godwit.Engine.Runs;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>A session for what comes after a run, without its lease: a server that goes down and comes back is waited for as long as the run itself waits.</summary>
public static class PatientSession
{
    /// <param name="target">Where.</param>
    /// <param name="settings">Of each session.</param>
    /// <param name="work">Begun again from its beginning: it has to bear that.</param>
    /// <param name="note">Told before each wait, for a person.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="cancellation">Stops work and waits.</param>
    /// <exception cref="TargetFaultException">It did not come back, or refused.</exception>
    public static Task<T> RunAsync<T>(
        PostgresTarget target, SessionSettings settings, Func<NpgsqlConnection, CancellationToken, Task<T>> work, Action<string> note, TimeProvider time, CancellationToken cancellation) =>
        new Retries(time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue))).RunAsync(
            token => TargetFaults.GuardAsync(async () =>
            {
                await using var source = target.OpenSource(settings);
                await using var connection = await source.OpenAsync(token);
                return await work(connection, token);
            }),
            (lost, wait) => note($"{lost.Message}; asking again in {wait.TotalSeconds:0.0} s"),
            cancellation);
}
