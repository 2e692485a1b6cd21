using Godwit.Cli.Move.Sources;
using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Postgres.Connections;
using Godwit.Security.Signing;

namespace Godwit.Cli.Move;

/// <summary>Where a certificate goes, and who signs it.</summary>
internal static class CertificateOutput
{
    public static string PathOf(MoveRequest request) =>
        Path.GetFullPath(request.CertificateFile ?? SourceAddress.NameOf(request) + ".certificate.json");

    public static (string Path, Certificate Certificate) Write(
        MoveRequest request, RunDescription run, MoveVerification verification, OpenedMove opened, DateTimeOffset startedAt, DateTimeOffset finishedAt)
    {
        var draft = Draft(request, run, verification, opened, startedAt, finishedAt);
        using var key = SigningKeyFile.LoadOrCreate(GodwitHome.Folder());
        var path = PathOf(request);
        return (path, CertificateWriting.Sign(path, draft, key));
    }

    /// <summary>The target's version, for a certificate.</summary>
    public static string ServerOf(PostgresTarget target) => $"{target.Server.Version / 10000}.{target.Server.Version % 10000}";

    /// <summary>What is to be signed.</summary>
    public static Certificate Draft(
        MoveRequest request, RunDescription run, MoveVerification verification, OpenedMove opened, DateTimeOffset startedAt, DateTimeOffset finishedAt)
    {
        var sides = new CertifiedSides(opened.Source!.Certified(run.Plan.SourceSchemaHash), ServerOf(opened.Target!), opened.Target!.Url.Database, verification.Schema.Hash);
        return CertificateWriting.Draft(run, verification, sides, request, ToolVersion.Text, startedAt, finishedAt);
    }
}
