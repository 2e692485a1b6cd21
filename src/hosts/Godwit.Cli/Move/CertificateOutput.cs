using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Security.Signing;

namespace Godwit.Cli.Move;

/// <summary>Where a certificate goes, and who signs it.</summary>
internal static class CertificateOutput
{
    public static string PathOf(MoveRequest request) =>
        Path.GetFullPath(request.CertificateFile ?? Path.GetFileNameWithoutExtension(request.From) + ".certificate.json");

    public static (string Path, Certificate Certificate) Write(
        MoveRequest request, RunDescription run, MoveVerification verification, OpenedMove opened, DateTimeOffset startedAt, DateTimeOffset finishedAt)
    {
        var draft = Draft(request, run, verification, opened, startedAt, finishedAt);
        using var key = SigningKeyFile.LoadOrCreate(GodwitHome.Folder());
        var path = PathOf(request);
        return (path, CertificateWriting.Sign(path, draft, key));
    }

    /// <summary>What is to be signed.</summary>
    public static Certificate Draft(
        MoveRequest request, RunDescription run, MoveVerification verification, OpenedMove opened, DateTimeOffset startedAt, DateTimeOffset finishedAt)
    {
        var server = opened.Target!.Server;
        var sides = new CertifiedSides(opened.Source!.Facts, $"{server.Version / 10000}.{server.Version % 10000}", opened.Target.Url.Database, verification.Schema.Hash);
        return CertificateWriting.Draft(run, verification, sides, request, ToolVersion.Text, startedAt, finishedAt);
    }
}
