package hubtest

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// knows says whether a revision is the set's commit or a branch of it.
func (set *Set) knows(revision string) bool {
	return revision == set.Commit || slices.Contains(set.Branches, revision)
}

// serveAPI answers below /api/datasets/owner/name/ and /api/models/owner/name/.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, set *Set, id, rest string, f *Fault) {
	parts := strings.SplitN(rest, "/", 3)
	revision := "main"
	if len(parts) > 1 {
		revision, _ = url.PathUnescape(parts[1])
	}
	folder := ""
	if len(parts) > 2 {
		folder, _ = url.PathUnescape(parts[2])
	}
	switch what := parts[0]; {
	case what != "" && what != "revision" && what != "tree" && what != "paths-info":
		refuse(w, http.StatusNotFound, "", nil)
	case !set.knows(revision):
		refuse(w, http.StatusNotFound, "RevisionNotFound", nil)
	case what == "tree":
		s.serveTree(w, r, set, folder, f)
	case what == "paths-info":
		s.servePaths(w, r, set)
	default:
		s.serveInfo(w, set, id, f)
	}
}

func (s *Server) serveInfo(w http.ResponseWriter, set *Set, id string, f *Fault) {
	var siblings []map[string]any
	for _, name := range names(set) {
		siblings = append(siblings, map[string]any{"rfilename": name})
	}
	info := map[string]any{"_id": "1", "id": strings.TrimPrefix(id, modelKey), "sha": set.Commit, "private": set.Token != "", "gated": set.Gated, "disabled": false,
		"tags": []string{}, "downloads": 0, "likes": 0, "siblings": siblings, "lastModified": "2024-01-01T00:00:00.000Z"}
	if f.Cut > 0 {
		w.Header().Set("Content-Length", "100000")
		w.Write([]byte(`{"sha":`))
		return
	}
	writeJSON(w, info)
}

// entry describes a file as the tree does.
func (s *Server) entry(set *Set, name string) map[string]any {
	data := set.Files[name]
	entry := map[string]any{"type": "file", "path": name, "size": len(data), "oid": gitSum(data)}
	if len(data) >= s.LFSSize {
		entry["lfs"] = map[string]any{"oid": s.Digest(data), "size": len(data), "pointerSize": 134}
	}
	return entry
}

// entries lists a folder, its folders too.
func (s *Server) entries(set *Set, folder string, recursive bool) []map[string]any {
	var all []map[string]any
	seen := map[string]bool{}
	for _, name := range names(set) {
		below, ok := strings.CutPrefix(name, folder)
		if folder != "" {
			below, ok = strings.CutPrefix(name, folder+"/")
		}
		if !ok {
			continue
		}
		steps := strings.Split(below, "/")
		for i := 1; i < len(steps) && (recursive || i == 1); i++ {
			if dir := path.Join(folder, path.Join(steps[:i]...)); !seen[dir] {
				seen[dir] = true
				all = append(all, map[string]any{"type": "directory", "path": dir, "size": 0, "oid": gitSum([]byte(dir))})
			}
		}
		if recursive || len(steps) == 1 {
			all = append(all, s.entry(set, name))
		}
	}
	return all
}

func (s *Server) serveTree(w http.ResponseWriter, r *http.Request, set *Set, folder string, f *Fault) {
	query := r.URL.Query()
	recursive := strings.EqualFold(query.Get("recursive"), "true") || query.Get("recursive") == "1"
	all := s.entries(set, folder, recursive)
	if folder != "" && len(all) == 0 {
		refuse(w, http.StatusNotFound, "EntryNotFound", nil)
		return
	}
	start, _ := strconv.Atoi(query.Get("cursor"))
	start = min(max(start, 0), len(all))
	end := len(all)
	if s.PageSize > 0 && start+s.PageSize < end {
		end = start + s.PageSize
		query.Set("cursor", strconv.Itoa(end))
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, s.URL, r.URL.EscapedPath(), query.Encode()))
	}
	page := all[start:end]
	if page == nil {
		page = []map[string]any{}
	}
	if f.Change { // a list that lies
		for _, entry := range page {
			entry["path"] = "../../" + entry["path"].(string)
		}
	}
	writeJSON(w, page)
}

// servePaths answers what is asked of some paths, in a form or in JSON.
func (s *Server) servePaths(w http.ResponseWriter, r *http.Request, set *Set) {
	r.ParseForm()
	infos := []map[string]any{}
	for _, name := range r.PostForm["paths"] {
		if _, ok := set.Files[name]; ok {
			infos = append(infos, s.entry(set, name))
		} else if len(s.entries(set, name, false)) > 0 {
			infos = append(infos, map[string]any{"type": "directory", "path": name, "size": 0, "oid": gitSum([]byte(name))})
		}
	}
	writeJSON(w, infos)
}
