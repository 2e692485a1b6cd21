using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Godwit.Engine.Audit;

/// <summary>What a service agrees to, and its certificate.</summary>
internal static class TlsAudit
{
    private static readonly AuditCheck[] s_checks = [ServiceChecks.TlsVersion, ServiceChecks.CertificateExpiry, ServiceChecks.CertificateName, ServiceChecks.CertificateTrust];

    /// <returns>Whether it is known who is at the other end, and what was seen.</returns>
    public static async Task<(bool Sound, IReadOnlyList<AuditAnswer> Answers)> LookAsync(ServiceAuditSettings settings, Uri url, string folder, TimeProvider time, CancellationToken cancellation)
    {
        if (url.Scheme != Uri.UriSchemeHttps) return (false, [ServiceChecks.Tls.Found("the URL is http"), .. s_checks.Select(c => c.NotAsked())]);
        if (Trusted(settings, folder) is not { } trusted) return (false, [ServiceChecks.Tls.Holds(), .. s_checks.Select(c => c.NotSeen("the file of trusted certificates cannot be read"))]);
        var probe = new TlsProbe(url, trusted, settings.Timeout, time);
        if (await probe.LookAsync(SslProtocols.None, cancellation) is not { } sight) return (false, [ServiceChecks.Tls.Holds(), .. s_checks.Select(c => c.NotSeen("no TLS connection could be made"))]);
        var now = time.GetUtcNow();
        return (sight.IsSound(now),
        [
            ServiceChecks.Tls.Holds(),
            await VersionAsync(settings, probe, cancellation),
            now > sight.ValidUntil || now < sight.ValidFrom ? ServiceChecks.CertificateExpiry.Found("it is not valid now")
                : sight.ValidUntil - now < settings.CertificateLeft ? ServiceChecks.CertificateExpiry.Found($"it is valid until {sight.ValidUntil:yyyy-MM-dd}")
                : ServiceChecks.CertificateExpiry.Holds(),
            sight.NameDiffers ? ServiceChecks.CertificateName.Found(url.IdnHost) : ServiceChecks.CertificateName.Holds(),
            sight.Untrusted ? ServiceChecks.CertificateTrust.Found(url.IdnHost) : ServiceChecks.CertificateTrust.Holds(),
        ]);
    }

    private static async Task<AuditAnswer> VersionAsync(ServiceAuditSettings settings, TlsProbe probe, CancellationToken cancellation)
    {
        var old = await probe.FindOldAsync(cancellation);
        if (old is null && settings.LeastTls == "1.3" && await probe.LookAsync(SslProtocols.Tls12, cancellation) is not null) old = "TLS 1.2";
        return old is null ? ServiceChecks.TlsVersion.Holds() : ServiceChecks.TlsVersion.Found(old);
    }

    private static X509Certificate2Collection? Trusted(ServiceAuditSettings settings, string folder)
    {
        var trusted = new X509Certificate2Collection();
        if (settings.TrustFile is not { } file) return trusted;
        try
        {
            trusted.ImportFromPemFile(Path.Combine(folder, file));
            return trusted.Count > 0 ? trusted : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return null;
        }
    }
}
