using System.Text;
using System.Text.Json;
using Godwit.Security.Signing;

namespace Godwit.Engine.Certificates;

/// <summary>Certificates of runs of runbooks, signed as those of moves are; <see cref="CertificateFile.Verify(string, KnownSigners)"/> reads both.</summary>
public static class RunCertificateFile
{
    /// <returns>The text of the signed certificate.</returns>
    /// <exception cref="ArgumentException">The certificate contradicts itself; nothing is signed.</exception>
    public static string Sign(RunCertificate certificate, SigningKey key)
    {
        if (Broken(certificate) is { } contradiction) throw new ArgumentException($"the certificate is not signed: {contradiction}", nameof(certificate));
        var unsigned = JsonSerializer.SerializeToElement(certificate with { Signature = null }, CertificateJson.Default.RunCertificate);
        return JsonSerializer.Serialize(certificate with { Signature = SignedJson.Sign(unsigned, key) }, CertificateJson.Default.RunCertificate) + "\n";
    }

    /// <summary>The file is there whole or not at all, and replaces an older one of the same name.</summary>
    public static void Write(string path, string signed) => SignedJson.Replace(path, Encoding.UTF8.GetBytes(signed));

    internal static CertificateVerdict Verify(JsonElement root, KnownSigners known)
    {
        if (SignedJson.Judge(root, known) is var (signer, kid, refusal) && refusal is not null) return refusal;
        try
        {
            var certificate = root.Deserialize(CertificateJson.Default.RunCertificate);
            return certificate is null ? new CertificateVerdict.NotACertificate("it is signed, but it is empty")
                : Broken(certificate) is { } contradiction ? new CertificateVerdict.NotACertificate($"it is signed, but {contradiction}")
                : new CertificateVerdict.ValidRun(certificate, kid, signer == SignerVerdict.KnownSigner);
        }
        catch (JsonException)
        {
            return new CertificateVerdict.NotACertificate("it is signed, but it lacks what a certificate holds");
        }
    }

    /// <summary>What a certificate may not contradict itself in.</summary>
    private static string? Broken(RunCertificate c) =>
        c.Format != RunCertificate.CurrentFormat ? "its format is another one"
        : c.FinishedAt < c.StartedAt ? "it finished before it started"
        : c.Journal.Sequence < 1 ? "its journal is empty"
        : c.Steps.Any(s => s.Done < 0) ? "a step's count is negative"
        : c.Verdict == RunVerdict.Finished && c.Steps.FirstOrDefault(s => s.State is not ("done" or "before")) is { } open ? $"it is finished with step {open.Id} not done"
        : c.Verdict == RunVerdict.RolledBack && c.Steps.FirstOrDefault(s => s.State == "done") is { } left ? $"it is rolled back with step {left.Id} done"
        : c.Verdict == RunVerdict.RolledBack && c.Target.SchemaBefore != c.Target.SchemaAfter ? "it is rolled back to another schema"
        : null;
}
