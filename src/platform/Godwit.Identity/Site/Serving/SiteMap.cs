using System.Text;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Browsers;
using Godwit.Identity.Requests;
using Godwit.Identity.Site.Frame;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Godwit.Identity.Site.Serving;

/// <summary>
/// Where pages are put. A page is for everybody only where it says so; every other leads to signing in first. A form is taken from a page of this site only; when what it asks for is refused, its page is shown again with what was
/// typed (but for passwords) and what is wrong with it.
/// </summary>
internal sealed class SiteMap(IEndpointRouteBuilder routes)
{
    public const string SignIn = "/account/sign-in", SecondFactor = "/account/second-factor";

    private static readonly Problem s_stale = new(403, "form-stale", "The page was open for too long") { Detail = "Nothing was changed. Send it once more." };

    /// <summary>For everybody.</summary>
    public void Public(string path, Func<Visit, Task<Page>> show, Func<Visit, Task<Reply>>? submit = null)
    {
        Map("GET", path, context => OpenAsync(context, show, null));
        if (submit is not null) Map("POST", path, context => OpenAsync(context, show, submit));
    }

    /// <summary>For who has signed in.</summary>
    /// <param name="enrols">Open to who has no second factor yet where one is required.</param>
    public void Private(string path, Func<Visit, Task<Page>> show, Func<Visit, Task<Reply>>? submit = null, bool enrols = false)
    {
        Map("GET", path, context => KnownAsync(context, show, null, enrols));
        if (submit is not null) Map("POST", path, context => KnownAsync(context, show, submit, enrols));
    }

    /// <summary>For everybody, and of the session where there is one: a form is bound to it then.</summary>
    public void Either(string path, Func<Visit, Task<Page>> show, Func<Visit, Task<Reply>> submit)
    {
        Map("GET", path, context => KnownAsync(context, show, null, enrols: true, OpenAsync));
        Map("POST", path, context => KnownAsync(context, show, submit, enrols: true, OpenAsync));
    }

    /// <summary>A form for everybody, of a page that has several.</summary>
    /// <param name="show">The page that is shown again when it is refused.</param>
    public void OpenAction(string path, Func<Visit, Task<Page>> show, Func<Visit, Task<Reply>> submit) => Map("POST", path, context => OpenAsync(context, show, submit));

    /// <summary>Where another site leads a browser back to. It comes by GET and without a form's token: what it carries has to be bound to this browser by itself.</summary>
    public void Arrival(string path, Func<Visit, Task<Reply>> arrive) => Map("GET", path, context => ArriveAsync(context, arrive));

    /// <summary>A form of a page that has several.</summary>
    /// <param name="show">The page that is shown again when it is refused.</param>
    public void Action(string path, Func<Visit, Task<Page>> show, Func<Visit, Task<Reply>> submit, bool enrols = false) => Map("POST", path, context => KnownAsync(context, show, submit, enrols));

    private static async Task OpenAsync(HttpContext context, Func<Visit, Task<Page>> show, Func<Visit, Task<Reply>>? submit)
    {
        var guard = context.RequestServices.GetRequiredService<BrowserGuard>();
        var shown = guard.VisitOf(context);
        await ServeAsync(new Visit(context, null, guard.TokenOfVisit(shown)), show, submit, token => guard.RequireVisit(context, token));
    }

    /// <param name="nobody">For who has not signed in; null leads there.</param>
    private static async Task KnownAsync(HttpContext context, Func<Visit, Task<Page>> show, Func<Visit, Task<Reply>>? submit, bool enrols, Func<HttpContext, Func<Visit, Task<Page>>, Func<Visit, Task<Reply>>?, Task>? nobody = null)
    {
        var services = context.RequestServices;
        Caller? caller;
        try
        {
            caller = await services.GetRequiredService<SiteSession>().FindAsync(context, sensitive: submit is not null);
        }
        catch (ProblemException e)
        {
            await ShowAsync(context, null, Page.OfProblem(e.Problem), e.Problem);
            return;
        }
        if (caller is null && nobody is not null)
        {
            await nobody(context, show, submit);
            return;
        }
        if (caller is null)
        {
            Lead(context, submit is null ? $"{SignIn}?next={Uri.EscapeDataString(context.Request.Path)}" : SignIn);
            return;
        }
        if (!enrols && RouteMap.LacksSecondFactor(services, caller))
        {
            Lead(context, $"{SecondFactor}?notice={Notice.FactorNeeded}");
            return;
        }
        var guard = services.GetRequiredService<BrowserGuard>();
        await ServeAsync(new Visit(context, caller, guard.TokenOf(caller.Family)), show, submit, token => guard.Require(context, caller.Family, token));
    }

    private static async Task ArriveAsync(HttpContext context, Func<Visit, Task<Reply>> arrive)
    {
        var guard = context.RequestServices.GetRequiredService<BrowserGuard>();
        Visit? visit = null;
        try
        {
            var caller = await context.RequestServices.GetRequiredService<SiteSession>().FindAsync(context, sensitive: true);
            visit = new Visit(context, caller, caller is null ? guard.TokenOfVisit(guard.VisitOf(context)) : guard.TokenOf(caller.Family));
            await ReplyAsync(visit, await arrive(visit));
        }
        catch (ProblemException e)
        {
            await ShowAsync(context, visit, Page.OfProblem(e.Problem), e.Problem);
        }
    }

    private static async Task ServeAsync(Visit visit, Func<Visit, Task<Page>> show, Func<Visit, Task<Reply>>? submit, Action<string?> guard)
    {
        var context = visit.Context;
        try
        {
            if (submit is not null)
            {
                if (!context.Request.HasFormContentType) throw new ProblemException(Problem.Of(415));
                try
                {
                    visit.Form = await context.Request.ReadFormAsync(context.RequestAborted);
                }
                catch (InvalidDataException)
                {
                    throw new ProblemException(Problem.Of(400));
                }
                try
                {
                    guard(visit.Typed(FormParts.CsrfField));
                }
                catch (ProblemException refused) when (refused.Problem.Code == BrowserGuard.WrongToken)
                {
                    throw new ProblemException(s_stale);
                }
                await ReplyAsync(visit, await submit(visit));
                return;
            }
        }
        catch (ProblemException e) when (e.Problem.Status < 500)
        {
            visit.Problem = e.Problem;
        }
        catch (ProblemException e)
        {
            await ShowAsync(context, visit, Page.OfProblem(e.Problem), e.Problem);
            return;
        }
        try
        {
            await ShowAsync(context, visit, await show(visit), visit.Problem);
        }
        catch (ProblemException e)
        {
            await ShowAsync(context, visit, Page.OfProblem(e.Problem), e.Problem);
        }
    }

    private static Task ReplyAsync(Visit visit, Reply reply)
    {
        switch (reply)
        {
            case Reply.Show show:
                return ShowAsync(visit.Context, visit, show.Page, null);
            case Reply.Download file:
                visit.Context.Response.ContentType = file.Type;
                visit.Context.Response.Headers.ContentDisposition = $"attachment; filename=\"{file.Name}\"";
                return visit.Context.Response.Body.WriteAsync(file.Content, visit.Cancellation).AsTask();
            default:
                Lead(visit.Context, ((Reply.Go)reply).Path);
                return Task.CompletedTask;
        }
    }

    /// <summary>303: whatever was sent, what comes next is asked for. It is a page of this site always.</summary>
    private static void Lead(HttpContext context, string path)
    {
        if (path != "/account" && !path.StartsWith("/account/", StringComparison.Ordinal) && !path.StartsWith("/account?", StringComparison.Ordinal)) throw new ArgumentException("it is no page of this site", nameof(path));
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = path;
    }

    private static async Task ShowAsync(HttpContext context, Visit? visit, Page page, Problem? problem)
    {
        var answer = context.Response;
        answer.StatusCode = problem?.Status ?? page.Status;
        answer.ContentType = "text/html; charset=utf-8";
        answer.Headers.ContentSecurityPolicy = Assets.SiteAssets.Policy;
        answer.Headers.CacheControl = "no-store";
        // Under no-referrer, browsers say of a form that it comes from nowhere (Fetch, "append a request Origin header").
        answer.Headers["Referrer-Policy"] = "same-origin";
        if (problem?.RetryAfter is { } seconds) answer.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await answer.WriteAsync(Layout.Of(page, visit, context.RequestServices.GetRequiredService<SettingValues>()).ToString(), Encoding.UTF8, context.RequestAborted);
    }

    private void Map(string method, string path, RequestDelegate answer) => routes.MapMethods(path, [method], answer).WithMetadata(SiteRoute.Instance);
}
