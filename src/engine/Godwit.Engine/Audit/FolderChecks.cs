using Godwit.Model.Findings;

namespace Godwit.Engine.Audit;

internal static class FolderChecks
{
    public static readonly AuditCheck Secrets = new(
        "folder.secret", Severity.Error, "A file holds what looks like a secret",
        "A runbook's folder is put into version control, copied to other machines and read by reviewers: what is secret in it is known to all of them, for good.",
        "Take it out, replace the secret itself, and name the variable that holds it: {env: NAME}.");

    public static readonly AuditCheck PrivateKeys = new(
        "folder.private-key", Severity.Error, "A private key can be read by others on this machine",
        "Whoever reads it can act as its owner.", "chmod 600 it, and make a new one when others may have read it.");

    public static readonly AuditCheck Writable = new(
        "folder.writable", Severity.Error, "A file or folder can be written by everybody on this machine",
        "What everybody may change is not what was approved when it runs.", "chmod o-w it.");

    public static readonly AuditCheck Links = new(
        "folder.link", Severity.Error, "A symbolic link leads out of the folder, or in a circle",
        "What it leads to is no part of what is approved, and differs from machine to machine.", "Copy what it leads to, or remove it.");

    public static IReadOnlyList<AuditCheck> All { get; } = [Secrets, PrivateKeys, Writable, Links];
}
