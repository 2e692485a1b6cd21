using Godwit.Identity.Site.Frame;

namespace Godwit.Identity.Site.Serving;

/// <summary>What becomes of a form: another address, so that reloading sends nothing twice, or a page that is shown once.</summary>
internal abstract record Reply
{
    private Reply()
    {
    }

    /// <param name="Path">A page of this site, with the notice that it shows.</param>
    internal sealed record Go(string Path) : Reply;

    internal sealed record Show(Page Page) : Reply;

    /// <summary>A file to keep.</summary>
    internal sealed record Download(byte[] Content, string Type, string Name) : Reply;
}
