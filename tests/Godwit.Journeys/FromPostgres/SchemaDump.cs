using System.Diagnostics;
using Godwit.TestServers;

namespace Godwit.Journeys.FromPostgres;

/// <summary>What pg_dump says of a schema: another program's word on whether two are the same.</summary>
internal static class SchemaDump
{
    public static async Task<string> OfAsync(TestDatabase database, string schema)
    {
        var start = new ProcessStartInfo(Path.Combine(PostgresVersions.Require(PostgresVersions.Default), "pg_dump"), ["--schema-only", "--no-owner", "--no-privileges", "--schema", schema, "--dbname", database.Url])
        { WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PGPASSFILE"] = database.Server.PassFile;
        using var process = Process.Start(start)!;
        var (text, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        // What newer versions of it put round a dump is another word each time.
        return string.Join('\n', (await text).Split('\n').Where(l => !l.StartsWith("\\restrict", StringComparison.Ordinal) && !l.StartsWith("\\unrestrict", StringComparison.Ordinal)));
    }

    /// <summary>The same under another schema's name.</summary>
    public static async Task<string> OfAsync(TestDatabase database, string schema, string called) =>
        (await OfAsync(database, schema)).Replace($"{schema}.", $"{called}.", StringComparison.Ordinal).Replace($"SCHEMA {schema};", $"SCHEMA {called};", StringComparison.Ordinal)
            .Replace($"Schema: {schema};", $"Schema: {called};", StringComparison.Ordinal).Replace($"Name: {schema};", $"Name: {called};", StringComparison.Ordinal);
}
