// Package train teaches a captioner.
//
// Trainer is the core: a network, its optimiser and the average of its weights,
// taught one batch a step. Run puts a run around it: it opens the data, decides
// rates and what is frozen from epoch to epoch, checks the model on the
// validation split by free decoding, and keeps a folder of checkpoints from
// which a stopped run goes on exactly. Listeners hear how a run goes.
//
// Arrows among the files point one way: run.go and epoch.go know all; folder.go
// and state.go know the trainer; trainer.go, microbatch.go and the objectives
// know neither files nor logs; schedule.go is functions of settings and
// progress.
package train
